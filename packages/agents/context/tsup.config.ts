export { skillsLibrary as default } from '../../../tooling/build/tsup.ts';
