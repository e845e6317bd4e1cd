/** Where a conversation's cache is. */
export interface ConversationPlace {
  /** Its number, from 1. */
  readonly key: number;
  /** Engine that has its cache. */
  readonly engine: number;
}

/** Gives conversations numbers and remembers which engine each one went to; those unused longest are forgotten. */
export class ConversationTable {
  readonly #places = new Map<string, ConversationPlace>();
  readonly #limit: number;
  #lastKey = 0;

  /** @param limit How many are remembered. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** The place of a conversation; a new one goes to the engine that `choose` names. */
  find(name: string, choose: () => number): ConversationPlace {
    const known = this.#places.get(name);
    const place = known ?? { key: ++this.#lastKey, engine: choose() };
    // A map keeps the order of insertion: the first is the one unused longest.
    if (known !== undefined) this.#places.delete(name);
    this.#places.set(name, place);
    if (this.#places.size > this.#limit) this.#places.delete(this.#places.keys().next().value!);
    return place;
  }
}
