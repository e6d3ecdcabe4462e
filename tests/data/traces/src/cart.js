import { Money, refuse } from "./money.js";

export class Cart {
  #lines = [];
  #listeners = [];

  onAdd(listener) {
    this.#listeners.push(listener);
  }

  add(line) {
    this.#lines.push(line);
    this.#listeners.forEach((listener) => { //= Cart.add
      listener(line); //= -
    });
  }

  total() {
    return this.#lines.reduce(addLine, new Money(0)); //= Cart.total
  }

  labels() {
    return this.#lines.map((line) => { //= Cart.labels
      return Money.parse(line.price).label; //= -
    });
  }
}

function addLine(sum, line) {
  if (line.count > 99) refuse(`${line.count} ${line.name} are too many`); //= addLine
  let total = sum;
  for (let i = 0; i < line.count; i++) {
    total = total.plus(Money.parse(line.price)); //= addLine
  }
  return total;
}
