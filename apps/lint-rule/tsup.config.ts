export { binary as default } from '../../tooling/build/tsup.ts';
