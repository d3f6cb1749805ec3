/** What the SDK throws before anything is sent: the base class of all its errors. */
export const REFUSAL = 'CerebrasError';
