import { DEFAULT_PORT } from "./dev-options.ts";
import { UsageError } from "./usage-error.ts";

/** Calls an emulator that runs. */
export class EmulatorClient {
  readonly #endpoint: string;

  constructor(endpoint = `http://127.0.0.1:${DEFAULT_PORT}`) {
    if (!URL.canParse(endpoint)) {
      throw new UsageError(
        `--endpoint is "${endpoint}"; pass the address that dev prints, such as http://127.0.0.1:3001.`,
      );
    }
    this.#endpoint = endpoint.replace(/\/$/u, "");
  }

  async get<T>(path: string): Promise<T> {
    const response = await this.send("GET", path);
    return (await response.json()) as T; // what the emulator answers to this path
  }

  /** @throws UsageError with the message of the emulator, or if none answers */
  async send(
    method: "GET" | "POST",
    path: string,
    body?: string,
    headers: Readonly<Record<string, string>> = {},
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
    const { message } = (await response.json()) as { message: string }; // every refusal of the emulator has one
    throw new UsageError(message);
  }
}
