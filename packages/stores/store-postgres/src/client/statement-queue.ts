/** Maximum number of items in one statement. */
const MAX_ITEMS = 100;
/** Maximum number of concurrent statements. With fewer, more items share a statement, and each statement costs the process time. */
const MAX_STATEMENTS = 2;

/** Maximum number of late statements that do not count toward `MAX_STATEMENTS`. The application shares its connections with the queue. */
const MAX_LATE = 4;

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

interface Statement<Item> {
  readonly items: readonly Item[];
  /** Whether a caller no longer waits for the answer, for example because the connection is dead. */
  isLate: boolean;
}

/** Runs a function, and rejects if it takes too long. */
type TimeLimit = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Queue of items, such as records to insert. Sends up to `MAX_ITEMS` waiting items in one statement, in their order. */
export class StatementQueue<Item, Answer> {
  private readonly execute: (items: readonly Item[]) => Promise<readonly Answer[]>;
  private waiting: Waiting<Item, Answer>[] = [];
  private readonly statements = new Set<Statement<Item>>();

  /** @param execute runs the statement, and returns an answer for each item. If it rejects, all its items fail. */
  constructor(execute: (items: readonly Item[]) => Promise<readonly Answer[]>) {
    this.execute = execute;
  }

  add(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      // Wait for the other items of this tick, to send them in one statement.
      queueMicrotask(() => {
        this.sendNext();
      });
    });
  }

  /** Adds an item within a time limit. If the limit ends before the item is sent, the item is not sent. */
  async addWithin(limit: TimeLimit, item: Item): Promise<Answer> {
    try {
      return await limit(() => this.add(item));
    } catch (error) {
      this.withdraw(item);
      throw error;
    }
  }

  /** Removes an item from the queue. Returns false if the item has already been sent. Its statement then counts as late. */
  withdraw(item: Item): boolean {
    const count = this.waiting.length;
    this.waiting = this.waiting.filter((one) => one.item !== item);
    for (const statement of this.statements) if (statement.items.includes(item)) statement.isLate = true;
    return this.waiting.length < count;
  }

  private sendNext(): void {
    const late = [...this.statements].filter(({ isLate }) => isLate).length;
    const running = this.statements.size - Math.min(late, MAX_LATE);
    if (this.waiting.length === 0 || running >= MAX_STATEMENTS) return;
    const batch = this.waiting.splice(0, MAX_ITEMS);
    const statement = { items: batch.map(({ item }) => item), isLate: false };
    this.statements.add(statement);
    void this.execute(statement.items)
      .then(
        (answers) => {
          for (const [index, { resolve }] of batch.entries()) resolve(answers[index] as Answer);
        },
        (error: unknown) => {
          for (const { reject } of batch) reject(error);
        },
      )
      .finally(() => {
        this.statements.delete(statement);
        this.sendNext();
      });
  }
}
