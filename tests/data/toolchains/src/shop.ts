import { Cart, currencies, type Line } from "./cart";
import boards, { handlers, Panel, Shelf } from "./handlers";
import { Currency, Money, refuse } from "./money";

const beans: Line = { name: "beans", price: "7.90", count: 2 };

const many = (count: number): Line => ({ ...beans, count });

export function checkout(count: number): string {
  const cart = new Cart();
  cart.add<Line>(many(count));
  return cart.total().label; //= checkout
}

async function answerOf(question: string): Promise<string> {
  await Promise.resolve();
  if (question.length > 3) refuse(`nobody knows ${question}`); //= answerOf
  return question;
}

class Assistant {
  private readonly answers: string[] = [];

  async ask(question: string): Promise<string> {
    const answer = await answerOf(question); //= Assistant.ask
    if (answer.length > 0) this.answers.push(await answerOf("how"));
    return answer;
  }
}

export const scenarios = {
  tooMany: () => {
    checkout(3);
    checkout(100); //= scenarios.tooMany
  },
  noPrice(): void {
    handlers.buy(beans);
    handlers.nested.give({ ...beans, price: "free" }); //= scenarios.noPrice
  },
  belowNothing: (): string[] => {
    const cart = new Cart().onAdd(() => {});
    cart.add({ ...beans, price: "-1" });
    if (cart.first().price > 0) refuse("not below nothing");
    return cart.labels(); //= scenarios.belowNothing
  },
  saveAll() {
    handlers["save-all"]([beans, many(1)]);
    handlers["save-all"]([many(100)]); //= scenarios.saveAll
  },
  async consult() {
    const assistant = new Assistant();
    const answer = await assistant.ask("when"); //= scenarios.consult
    if (answer.length > 99) refuse(answer);
    return answer + currencies.get(Currency.Euro);
  },
  async click() {
    const panel = Panel.load({});
    for (const event of [{ line: beans }, {}]) await panel.handleClick(event); //= scenarios.click
    return panel;
  },
  panels() {
    const made: Panel<object>[] = [];
    for (let i = 0; i < 9; i++) made.push(Panel.load({})); //= scenarios.panels
    return made;
  },
  titles() {
    return new Panel<{ title?: string }>().rename("short").rename("much too long"); //= scenarios.titles
  },
  closing() {
    const panel = new Panel<object>();
    return [panel].map((one) => { //= scenarios.closing
      return one.later(); //= -
    });
  },
  listening() {
    const cart = new Cart();
    cart.onAdd((line: Line): void => {
      if (line.count > 1) refuse(line.name); //= -
    });
    cart.add(many(1));
    cart.add(beans); //= scenarios.listening
  },
  counting() {
    return [...Money.parse("0.5"), ...Money.parse("7.5")]; //= scenarios.counting
  },
  shelves() {
    const board = new Shelf.Board();
    return [board.width("1"), boards("2"), boards("wide")]; //= scenarios.shelves
  },
} as const;
