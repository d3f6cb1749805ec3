export { createGroq, type GroqOptions } from './provider.ts';
