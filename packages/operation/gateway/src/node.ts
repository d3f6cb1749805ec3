export { serve, type Served, type ServedGateway, type ServeOptions } from './node/serve.ts';
