import { Cart, type Line } from "./cart";
import { Money, refuse } from "./money";

type Handler<T = Line> = (value: T) => unknown;

export const handlers = {
  buy(line: Line): Money {
    const cart = new Cart();
    cart.handle({ line });
    return cart.total(); //= handlers.buy
  },
  "save-all": (lines: Line[]): void => {
    for (const line of lines) handlers.buy(line); //= save-all
  },
  nested: {
    give: <T extends Line>(line: T) => handlers.buy(line), //= handlers.nested.give
  },
} satisfies Record<string, unknown>;

export class Panel<State extends object> {
  static instances = 0;
  state: State = check<State>({} as State, Panel.instances); //= new Panel

  constructor(protected readonly onClose?: Handler<Panel<State>>) {
    Panel.instances++;
    this.later = (reason?: string) => refuse(reason ?? "closed"); //= Panel.later
  }

  declare later: (reason?: string) => never;

  handleClick = async (event: { line?: Line }): Promise<void> => {
    await Promise.resolve();
    this.render(event.line!); //= Panel.handleClick
  };

  static load = function <T extends object>(state: T): Panel<T> {
    if (Panel.instances > 5) refuse("too many panels"); //= Panel.load
    return new Panel<T>(); //= Panel.load
  };

  render(line: Line): string {
    check(this.state, 0);
    return line.name; //= Panel.render
  }

  private set title(value: string) {
    if (value.length > 9) refuse("too long"); //= set Panel.title
  }

  rename(title: string): this {
    this.title = title; //= Panel.rename
    return this;
  }
}

function check<T>(state: T, count: number): T {
  if (count > 2) refuse("too many panels"); //= check
  return state;
}

export namespace Shelf {
  export class Board {
    width(text: string): Money {
      return Money.parse(text); //= Board.width
    }
  }
  export function boards(...texts: string[]): Money[] {
    const board = new Board();
    return texts.map((text) => { //= boards
      return board.width(text); //= -
    });
  }
}

export default function (text: string): Money[] {
  return Shelf.boards("1.5", text); //= default
}
