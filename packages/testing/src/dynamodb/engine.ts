/** A DynamoDB that runs on this machine for the length of a test. */
export interface Engine {
  /** Where it listens, such as `http://127.0.0.1:40123`. */
  readonly endpoint: string;
  /** Ends it, and with it everything it holds. */
  stop(): Promise<void>;
}
