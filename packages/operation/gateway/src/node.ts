/**
 * Server of a gateway on Node, with the optional peer dependencies `@hono/node-server` and `hono`.
 * @module
 */
export { serve, type Served, type ServedGateway, type ServeOptions } from './node/serve.ts';
