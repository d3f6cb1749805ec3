export { catalogLibrary as default } from '../../../tooling/build/tsup.ts';
