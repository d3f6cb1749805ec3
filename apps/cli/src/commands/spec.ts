/** What the help says of an argument that names models. */
export const SPEC = 'provider/model or an alias; the next ones after commas';
