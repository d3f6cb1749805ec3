/** What is used of an SDK's client: the SDKs of this wire are generated alike. */
export interface SdkClient {
  /** Sends to a path below the base URL; throws the SDK's error for a status of 400 or above. */
  post(path: string, options: object): { asResponse(): Promise<Response> };
  /** Asks for a path below the base URL; throws the SDK's error for a status of 400 or above. */
  get(path: string, options: object): { asResponse(): Promise<Response> };
}

/** All that a client is made of; nothing is left for the SDK to take from the process's environment. */
export interface ClientSettings {
  /** `undefined`: the server takes none, and none may be sent. */
  readonly key: string | undefined;
  readonly baseURL: string;
  readonly fetch: typeof globalThis.fetch;
  /** A header of `null` is not sent, whatever the SDK thinks. */
  readonly defaultHeaders: Readonly<Record<string, string | null>>;
  readonly defaultQuery: Readonly<Record<string, string>> | undefined;
  /** Milliseconds; the chain owns the timers, so this is the longest that a timer can be told. */
  readonly timeout: number;
}

/** One SDK of this wire, as its provider package describes it. */
export interface Sdk {
  /** The npm package, for messages. */
  readonly name: string;
  /** The function that makes providers over it, for messages. */
  readonly factory: string;
  /** The static member of its client's class that is the class of errors thrown before anything is sent. */
  readonly errorClass: string;
  /** What stands between its base URL and the wire's own paths. */
  readonly prefix: '' | '/v1' | '/openai/v1';
  /** Whether a body must be bytes, because the SDK serializes a string as JSON once more. */
  readonly requiresBytes?: boolean | undefined;
  /** Loads the SDK. */
  load(): Promise<LoadedSdk>;
}

/** An SDK that is there. */
export interface LoadedSdk {
  /** The class of its clients; classes of errors are static members of it. */
  readonly Client: object;
  /** Makes a client, without retries. Asked once per credential and transport. */
  readonly newClient: (settings: ClientSettings) => SdkClient;
}
