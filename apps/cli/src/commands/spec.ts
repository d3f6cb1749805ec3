/** Help text of an argument with models. */
export const SPEC = 'provider/model or an alias; separate several with commas';
