/** Modules that send HTTP requests. The rules report each call of an export with an inference URL. Checked on 2026-11-20. */
export const httpModules: ReadonlySet<string> = new Set([
  'axios',
  'got',
  'ky',
  'ky-universal',
  'undici',
  'node-fetch',
  'node-fetch-native',
  'cross-fetch',
  'isomorphic-fetch',
  'isomorphic-unfetch',
  'unfetch',
  'make-fetch-happen',
  'minipass-fetch',
  'fetch-retry',
  'ofetch',
  'wretch',
  'redaxios',
  'superagent',
  'needle',
  'phin',
  'bent',
  'request',
  'request-promise',
  'request-promise-native',
  'follow-redirects',
  'http',
  'https',
  'http2',
  'tls',
  'net',
  'ws',
  'eventsource',
  'eventsource-client',
  'eventsource-parser/stream',
  '@microsoft/fetch-event-source',
  '@tauri-apps/plugin-http',
  'expo/fetch',
]);

/** Modules that imitate servers. A call such as `post('https://api…')` of these modules defines a mock and sends nothing. */
export const mockModules: ReadonlySet<string> = new Set([
  'msw',
  'nock',
  'fetch-mock',
  'jest-fetch-mock',
  'vitest-fetch-mock',
  'axios-mock-adapter',
  'moxios',
  'pactum',
  'mockttp',
  'playwright',
  '@playwright/test',
]);

/** Globals that open a connection when they are called or constructed, or that have methods that do so. */
export const httpGlobals: ReadonlySet<string> = new Set([
  'fetch',
  '$fetch',
  'axios',
  'WebSocket',
  'EventSource',
  'XMLHttpRequest',
  'navigator',
  // `node -e` and the REPL define Node's modules as globals.
  'http2',
  'tls',
  'net',
]);

/** Methods that send requests, for objects of unknown origin. Excludes `get`, which is also a method of maps and caches. */
export const sendingMethods: ReadonlySet<string> = new Set(['request', 'post', 'put', 'patch', 'fetch']);

/** Options of HTTP clients that contain the address or its path. In each list, the first option that a call contains applies. */
export const addressOptions: readonly string[] = ['url', 'uri', 'href', 'path', 'pathname'];
/** Options of HTTP clients that contain the start of the address, before the path. */
export const baseOptions: readonly string[] = [
  'baseURL',
  'baseUrl',
  'prefixUrl',
  'prefix',
  'origin',
  'hostname',
  'host',
];
