export { lintLibrary as default } from '../../tooling/build/tsup.ts';
