export { socketFetch, type SocketFetch } from './socket-fetch.ts';
export type { OpenSocket, SocketEvent, SocketFetchOptions, SocketLike } from './options.ts';
