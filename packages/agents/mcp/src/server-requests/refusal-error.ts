/** Error code of the protocol for a refusal by the user or the application. */
const REFUSED = -1;

/** Returns a refusal with the reason `why`, which the SDK sends to the server. */
export const refusalError = (why: string): Error => Object.assign(new Error(why), { code: REFUSED });
