/** By the protocol, the code for what the person or their app does not want. */
const REFUSED = -1;

/** An error that the SDK hands on to the server. */
export const refusalError = (why: string): Error => Object.assign(new Error(why), { code: REFUSED });
