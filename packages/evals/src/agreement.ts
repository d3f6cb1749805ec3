/** Agreement of a judge with human labels. A score of 0.5 or more counts as good. */
export interface Agreement {
  readonly n: number;
  /** Share of outputs on which judge and label agree, with its 95 % Wilson interval. */
  readonly accuracy: number;
  readonly interval: readonly [low: number, high: number];
  /** Cohen's kappa, the agreement beyond chance: 1 is perfect, 0 is chance. `undefined` if all labels and all verdicts are equal. */
  readonly kappa: number | undefined;
  /** Share of good outputs that the judge accepts. `undefined` if none exist. */
  readonly sensitivity: number | undefined;
  /** Share of bad outputs that the judge rejects. `undefined` if none exist. */
  readonly specificity: number | undefined;
  readonly disagreements: readonly Judgment[];
}

/** Score of an output that a person has labeled. */
export interface Judgment {
  readonly id: string;
  readonly label: boolean;
  readonly score: number;
  readonly reason: string | undefined;
}

/** Returns the agreement of a judge's scores with human labels. */
export function agreementOf(judgments: readonly Judgment[]): Agreement {
  const isEqual = ({ label, score }: Judgment): boolean => label === score >= 0.5;
  const shareOfEqual = (label: boolean): number | undefined => {
    const labeled = judgments.filter((judgment) => judgment.label === label);
    return labeled.length === 0 ? undefined : labeled.filter(isEqual).length / labeled.length;
  };
  const equal = judgments.filter(isEqual).length;
  return {
    n: judgments.length,
    accuracy: equal / judgments.length,
    interval: wilson(equal, judgments.length),
    kappa: kappa(judgments.map(({ label, score }) => [label, score >= 0.5])),
    sensitivity: shareOfEqual(true),
    specificity: shareOfEqual(false),
    disagreements: judgments.filter((judgment) => !isEqual(judgment)),
  };
}

/** Returns the 95 % Wilson interval of a share. */
export function wilson(successes: number, total: number): readonly [low: number, high: number] {
  const z = 1.959963984540054;
  const share = successes / total;
  const center = share + z ** 2 / (2 * total);
  const width = z * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  const scale = 1 + z ** 2 / total;
  return [(center - width) / scale, (center + width) / scale];
}

/** Returns Cohen's kappa of two binary ratings. `undefined` if all ratings are equal. */
export function kappa(pairs: readonly (readonly [first: boolean, second: boolean])[]): number | undefined {
  const share = (isCounted: (pair: readonly [boolean, boolean]) => boolean): number =>
    pairs.filter(isCounted).length / pairs.length;
  const observed = share(([first, second]) => first === second);
  const yes = share(([first]) => first) * share(([, second]) => second);
  const no = share(([first]) => !first) * share(([, second]) => !second);
  return yes + no === 1 ? undefined : (observed - yes - no) / (1 - yes - no);
}
