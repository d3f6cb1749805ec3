export { wireKitLibrary as default } from '../../../tooling/build/tsup.ts';
