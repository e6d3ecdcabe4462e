import { Currency, Money, refuse, type Priced } from "./money";

export interface Line extends Priced {
  name: string;
  count: number;
}

type Listener = (line: Line) => void;

export class Cart {
  #lines: Line[] = [];
  private listeners?: Listener[] = [];
  readonly handle = (event: { line: Line }): void => {
    this.add(event.line); //= Cart.handle
  };

  onAdd(listener: Listener): this {
    this.listeners!.push(listener);
    return this;
  }

  add<L extends Line>(line: L): void {
    this.#lines.push(line satisfies Line);
    this.listeners?.forEach((listener: Listener): void => { //= Cart.add
      listener(line); //= -
    });
  }

  total(): Money {
    const first = new Money(0);
    return this.#reduced((sum, line) => { //= Cart.total
      return addLine(sum, line); //= -
    }, first);
  }

  #reduced<T>(fold: (sum: T, line: Line) => T, first: T): T {
    if (this.#lines.length > 9) refuse("too many lines"); //= Cart.#reduced
    return this.#lines.reduce<T>(fold, first); //= Cart.#reduced
  }

  first(): Money {
    return addLine(new Money(0), this.#lines[0]!);
  }

  labels(): string[] {
    return this.#lines.map(({ price, name }: Line) => { //= Cart.labels
      if (name.length > 99) refuse(name);
      return Money.parse(price).label; //= -
    });
  }
}

function addLine(sum: Money, line: Line): Money {
  if (line.count > 99) refuse(`${line.count} ${line.name} are too many`); //= addLine
  let total: Money = sum;
  for (let i = 0; i < line.count; i++) {
    total = total.plus(Money.parse(line.price)); //= addLine
  }
  return total as Money;
}

export const currencies: ReadonlyMap<Currency, string> = new Map<Currency, string>([[Currency.Euro, "EUR"]]);
