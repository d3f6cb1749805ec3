export { answerTo, fakeModels, tempFolder } from '../../../evals/test/support/fixture.ts';
