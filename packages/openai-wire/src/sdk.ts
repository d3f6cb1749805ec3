/** The methods of an SDK's client that are used. The SDKs of these wires are generated alike. */
export interface SdkClient {
  /** Sends to a path below the base URL. Throws the SDK's error for a status of 400 or above. */
  post(path: string, options: object): { asResponse(): Promise<Response> };
  /** Requests a path below the base URL. Throws the SDK's error for a status of 400 or above. */
  get(path: string, options: object): { asResponse(): Promise<Response> };
}

/** Settings of a client. They are complete, so that the SDK takes none from the environment of the process. */
export interface ClientSettings {
  /** `undefined` for a server without credentials: none may be sent. */
  readonly key: string | undefined;
  readonly baseURL: string;
  readonly fetch: typeof globalThis.fetch;
  /** A header of `null` is never sent. */
  readonly defaultHeaders: Readonly<Record<string, string | null>>;
  readonly defaultQuery: Readonly<Record<string, string>> | undefined;
  /** Milliseconds. The chain has the timers, so this is the longest possible timeout. */
  readonly timeout: number;
}

/** Description of an SDK of these wires. */
export interface Sdk {
  /** Name of the npm package, for messages. */
  readonly name: string;
  /** Name of the function that creates providers, for messages. */
  readonly factory: string;
  /** Static member of the client's class: the class of errors that are thrown before anything is sent. */
  readonly errorClass: string;
  /** Path between the base URL of the SDK and the paths of the wire. */
  readonly prefix: '' | '/v1' | '/openai/v1';
  /** Whether a body must be bytes, because the SDK serializes a string as JSON again. */
  readonly requiresBytes?: boolean | undefined;
  /** Loads the SDK. It is called by the first call. */
  load(): Promise<LoadedSdk>;
}

/** A loaded SDK. */
export interface LoadedSdk {
  /** Class of the clients. Classes of errors are its static members. */
  readonly Client: object;
  /** Creates a client without retries. It is called once per credential and transport. */
  readonly newClient: (settings: ClientSettings) => SdkClient;
}

/** Recognizes errors of an SDK that only differ in their class. */
export interface SdkErrors {
  /** Whether the error was thrown before anything was sent. Another attempt would fail too. */
  isUnsent(error: Error): boolean;
  isTimeout(error: Error): boolean;
}

/**
 * Recognizes errors by the static members of the client's class: names of classes change in minified bundles, and a client
 * of the application may belong to another copy of the SDK.
 */
export const sdkErrors = (Client: unknown, errorClass: string): SdkErrors => ({
  isUnsent: (error) => isInstanceOf(error, Client, errorClass),
  isTimeout: (error) => isInstanceOf(error, Client, 'APIConnectionTimeoutError'),
});

const isInstanceOf = (error: Error, Client: unknown, member: string): boolean =>
  typeof Client === 'function' && error.constructor === Reflect.get(Client, member);
