export { evalsLibrary as default } from '../../../tooling/build/tsup.ts';
