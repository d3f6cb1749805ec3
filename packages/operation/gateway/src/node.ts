/**
 * Server of a gateway on Node, with the optional peer dependencies `@hono/node-server`, `hono` and, for sockets, `ws`.
 * @module
 */
export { serve, type Served, type ServeOptions } from './node/serve.ts';
export type { ServedGateway } from './node/served-gateway.ts';
