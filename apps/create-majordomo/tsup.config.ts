export { createCommand as default } from '../../tooling/build/tsup.ts';
