export { createCerebras, type CerebrasOptions } from './provider.ts';
