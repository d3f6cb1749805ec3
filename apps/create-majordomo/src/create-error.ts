/** Error that a user can fix. Its message states the subject, the problem and the remedy. */
export class CreateError extends Error {
  override readonly name = 'CreateError';
}
