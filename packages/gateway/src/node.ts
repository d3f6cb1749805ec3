export { serve, type Served, type ServeOptions } from './node/serve.ts';
