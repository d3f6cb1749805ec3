/** Returns the texts for language models by their path in the site. */
export declare function llmsFiles(): ReadonlyMap<string, string>;
