export { answerTo, fakeModels, testFolder } from '../../../evals/test/support/fixture.ts';
