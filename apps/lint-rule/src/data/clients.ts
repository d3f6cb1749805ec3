/** Modules that send HTTP requests. The rules report a call of any export with an inference URL. As of 2026-11-20. */
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

/** Modules that imitate servers: their `post('https://api…')` defines a mock and sends nothing. */
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

/** Globals that open a connection when called or constructed. */
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

/** Methods that send requests, for objects of unknown origin. Excludes `get`, which maps and caches also have. */
export const sendingMethods: ReadonlySet<string> = new Set(['request', 'post', 'put', 'patch', 'fetch']);

/** Options of HTTP clients that contain the address. */
export const addressOptions: readonly string[] = ['url', 'uri', 'href', 'path', 'pathname'];
export const baseOptions: readonly string[] = [
  'baseURL',
  'baseUrl',
  'prefixUrl',
  'prefix',
  'origin',
  'hostname',
  'host',
];
