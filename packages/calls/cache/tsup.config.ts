export { cacheLibrary as default } from '../../../tooling/build/tsup.ts';
