import { Injectable, Injector, inject } from "@angular/core";
import { Cart } from "./cart";
import { scenarios } from "./shop";

@Injectable({ providedIn: "root" })
export class Shop<T extends object = {}> {
  private readonly cart = new Cart();
  readonly opened: T[] = [];

  run(name: keyof typeof scenarios): unknown {
    return scenarios[name](); //= Shop.run
  }
}

@Injectable()
export class Page {
  private readonly shop = inject(Shop);

  show = (name: string): unknown => {
    return this.shop.run(name as keyof typeof scenarios); //= Page.show
  };
}

Error.stackTraceLimit = 50;
const injector = Injector.create({ providers: [Page, Shop] });
const name = process.argv[2];
if (name) await injector.get(Page).show(name);
else for (const each of Object.keys(scenarios)) injector.get(Page).show(each);
