import { DEFAULT_PORT } from "./dev-options.ts";
import { UsageError } from "./usage-error.ts";

/** Where an emulator is that was not given a port. */
export const DEFAULT_ENDPOINT = `http://127.0.0.1:${DEFAULT_PORT}`;

/** Calls an emulator that runs. */
export class EmulatorClient {
  readonly #endpoint: string;

  constructor(endpoint = DEFAULT_ENDPOINT) {
    if (!URL.canParse(endpoint)) {
      throw new UsageError(
        `--endpoint is "${endpoint}"; pass the address that dev prints, such as http://127.0.0.1:3001.`,
      );
    }
    this.#endpoint = endpoint.replace(/\/$/u, "");
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.send("GET", path);
    return (await this.#json(response)) as T; // what the emulator answers to this path
  }

  /**
   * @param ifUnknown what follows the message of the emulator if it does not know what the path names
   * @throws UsageError with the message of the emulator, or if none answers, or if something else does
   */
  async send(
    method: "GET" | "POST",
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
    ifUnknown = "",
  ): Promise<Response> {
    let response;
    try {
      response = await fetch(this.#endpoint + path, {
        method,
        headers,
        ...(body === undefined ? {} : { body }),
      });
    } catch (cause) {
      throw new UsageError(
        `No emulator answers at ${this.#endpoint}; start one with dev, or pass --endpoint.`,
        { cause },
      );
    }
    if (response.ok) return response;
    const { message } = Object(await this.#json(response)) as { message?: unknown };
    if (typeof message !== "string") throw this.#noEmulator();
    const hint = response.status === 404 ? ifUnknown : "";
    throw new UsageError(`${message}${hint}`);
  }

  async #json(response: Response): Promise<unknown> {
    try {
      return await response.json();
    } catch (cause) {
      throw this.#noEmulator(cause);
    }
  }

  #noEmulator(cause?: unknown): UsageError {
    const message = `What answers at ${this.#endpoint} is no emulator; pass --endpoint with the address that dev prints.`;
    return new UsageError(message, { cause });
  }
}
