/** Help text of an argument or option that is a spec. */
export const SPEC = 'provider/model or an alias; separate several with commas';
