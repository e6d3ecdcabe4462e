// Each line that may be in a stack trace ends in a mark: the function it is in, as it is written here.
// "-" is code without a name: at the top level, or in a function that has none.
define("money", ["require", "exports"], function (require, exports) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.Money = exports.Amount = exports.Currency = void 0;
    exports.refuse = refuse;
    var Currency;
    (function (Currency) {
        Currency["Euro"] = "\u20AC";
        Currency["Dollar"] = "$";
    })(Currency || (exports.Currency = Currency = {}));
    class Amount {
    }
    exports.Amount = Amount;
    class Money extends Amount {
        cents;
        currency;
        static rounding = Math.round;
        value;
        constructor(cents, currency = Currency.Euro) {
            super();
            this.cents = cents;
            this.currency = currency;
            if (!Number.isSafeInteger(cents))
                refuse(`“${cents}” isn’t a price ☕`); //= new Money
            this.value = this.cents;
        }
        static parse = (text, rounding = Money.rounding) => {
            const cents = rounding(100 * Number.parseFloat(text));
            return new Money(cents); //= Money.parse
        };
        plus(other) {
            return new Money(this.cents + other.cents, this.currency); //= Money.plus
        }
        get price() {
            return this.value / 100;
        }
        get label() {
            if (this.cents < 0)
                refuse("a price below nothing"); //= get Money.label
            return `${this.price} ${this.currency}`;
        }
        *[Symbol.iterator]() {
            yield this.cents;
            if (this.cents > 100)
                refuse("too much to count"); //= Money[Symbol.iterator]
        }
    }
    exports.Money = Money;
    function refuse(why) {
        throw new RangeError(why); //= refuse
    }
});
define("cart", ["require", "exports", "money"], function (require, exports, money_1) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.currencies = exports.Cart = void 0;
    class Cart {
        #lines = [];
        listeners = [];
        handle = (event) => {
            this.add(event.line); //= Cart.handle
        };
        onAdd(listener) {
            this.listeners.push(listener);
            return this;
        }
        add(line) {
            this.#lines.push(line);
            this.listeners?.forEach((listener) => {
                listener(line); //= -
            });
        }
        total() {
            const first = new money_1.Money(0);
            return this.#reduced((sum, line) => {
                return addLine(sum, line); //= -
            }, first);
        }
        #reduced(fold, first) {
            if (this.#lines.length > 9)
                (0, money_1.refuse)("too many lines"); //= Cart.#reduced
            return this.#lines.reduce(fold, first); //= Cart.#reduced
        }
        first() {
            return addLine(new money_1.Money(0), this.#lines[0]);
        }
        labels() {
            return this.#lines.map(({ price, name }) => {
                if (name.length > 99)
                    (0, money_1.refuse)(name);
                return money_1.Money.parse(price).label; //= -
            });
        }
    }
    exports.Cart = Cart;
    function addLine(sum, line) {
        if (line.count > 99)
            (0, money_1.refuse)(`${line.count} ${line.name} are too many`); //= addLine
        let total = sum;
        for (let i = 0; i < line.count; i++) {
            total = total.plus(money_1.Money.parse(line.price)); //= addLine
        }
        return total;
    }
    exports.currencies = new Map([[money_1.Currency.Euro, "EUR"]]);
});
define("handlers", ["require", "exports", "cart", "money"], function (require, exports, cart_1, money_2) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.Shelf = exports.Panel = exports.handlers = void 0;
    exports.default = default_1;
    exports.handlers = {
        buy(line) {
            const cart = new cart_1.Cart();
            cart.handle({ line });
            return cart.total(); //= handlers.buy
        },
        "save-all": (lines) => {
            for (const line of lines)
                exports.handlers.buy(line); //= save-all
        },
        nested: {
            give: (line) => exports.handlers.buy(line), //= handlers.nested.give
        },
    };
    class Panel {
        onClose;
        static instances = 0;
        state = check({}, Panel.instances); //= new Panel
        constructor(onClose) {
            this.onClose = onClose;
            Panel.instances++;
            this.later = (reason) => (0, money_2.refuse)(reason ?? "closed"); //= Panel.later
        }
        handleClick = async (event) => {
            await Promise.resolve();
            this.render(event.line); //= Panel.handleClick
        };
        static load = function (state) {
            if (Panel.instances > 5)
                (0, money_2.refuse)("too many panels"); //= Panel.load
            return new Panel(); //= Panel.load
        };
        render(line) {
            check(this.state, 0);
            return line.name; //= Panel.render
        }
        set title(value) {
            if (value.length > 9)
                (0, money_2.refuse)("too long"); //= set Panel.title
        }
        rename(title) {
            this.title = title; //= Panel.rename
            return this;
        }
    }
    exports.Panel = Panel;
    function check(state, count) {
        if (count > 2)
            (0, money_2.refuse)("too many panels"); //= check
        return state;
    }
    var Shelf;
    (function (Shelf) {
        class Board {
            width(text) {
                return money_2.Money.parse(text); //= Board.width
            }
        }
        Shelf.Board = Board;
        function boards(...texts) {
            const board = new Board();
            return texts.map((text) => {
                return board.width(text); //= -
            });
        }
        Shelf.boards = boards;
    })(Shelf || (exports.Shelf = Shelf = {}));
    function default_1(text) {
        return Shelf.boards("1.5", text); //= default
    }
});
define("shop", ["require", "exports", "cart", "handlers", "money"], function (require, exports, cart_2, handlers_1, money_3) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    exports.scenarios = void 0;
    exports.checkout = checkout;
    const beans = { name: "beans", price: "7.90", count: 2 };
    const many = (count) => ({ ...beans, count });
    function checkout(count) {
        const cart = new cart_2.Cart();
        cart.add(many(count));
        return cart.total().label; //= checkout
    }
    async function answerOf(question) {
        await Promise.resolve();
        if (question.length > 3)
            (0, money_3.refuse)(`nobody knows ${question}`); //= answerOf
        return question;
    }
    class Assistant {
        answers = [];
        async ask(question) {
            const answer = await answerOf(question); //= Assistant.ask
            if (answer.length > 0)
                this.answers.push(await answerOf("how"));
            return answer;
        }
    }
    exports.scenarios = {
        tooMany: () => {
            checkout(3);
            checkout(100); //= scenarios.tooMany
        },
        noPrice() {
            handlers_1.handlers.buy(beans);
            handlers_1.handlers.nested.give({ ...beans, price: "free" }); //= scenarios.noPrice
        },
        belowNothing: () => {
            const cart = new cart_2.Cart().onAdd(() => { });
            cart.add({ ...beans, price: "-1" });
            if (cart.first().price > 0)
                (0, money_3.refuse)("not below nothing");
            return cart.labels(); //= scenarios.belowNothing
        },
        saveAll() {
            handlers_1.handlers["save-all"]([beans, many(1)]);
            handlers_1.handlers["save-all"]([many(100)]); //= scenarios.saveAll
        },
        async consult() {
            const assistant = new Assistant();
            const answer = await assistant.ask("when"); //= scenarios.consult
            if (answer.length > 99)
                (0, money_3.refuse)(answer);
            return answer + cart_2.currencies.get(money_3.Currency.Euro);
        },
        async click() {
            const panel = handlers_1.Panel.load({});
            for (const event of [{ line: beans }, {}])
                await panel.handleClick(event); //= scenarios.click
            return panel;
        },
        panels() {
            const made = [];
            for (let i = 0; i < 9; i++)
                made.push(handlers_1.Panel.load({})); //= scenarios.panels
            return made;
        },
        titles() {
            return new handlers_1.Panel().rename("short").rename("much too long"); //= scenarios.titles
        },
        closing() {
            const panel = new handlers_1.Panel();
            return [panel].map((one) => {
                return one.later(); //= -
            });
        },
        listening() {
            const cart = new cart_2.Cart();
            cart.onAdd((line) => {
                if (line.count > 1)
                    (0, money_3.refuse)(line.name); //= -
            });
            cart.add(many(1));
            cart.add(beans); //= scenarios.listening
        },
        counting() {
            return [...money_3.Money.parse("0.5"), ...money_3.Money.parse("7.5")]; //= scenarios.counting
        },
        shelves() {
            const board = new handlers_1.Shelf.Board();
            return [board.width("1"), (0, handlers_1.default)("2"), (0, handlers_1.default)("wide")]; //= scenarios.shelves
        },
    };
});
define("start", ["require", "exports", "shop"], function (require, exports, shop_1) {
    "use strict";
    Object.defineProperty(exports, "__esModule", { value: true });
    const wanted = process.argv[2];
    Error.stackTraceLimit = 50;
    function run(name) {
        return shop_1.scenarios[name](); //= run
    }
    if (wanted)
        run(wanted);
    else
        for (const name of Object.keys(shop_1.scenarios))
            run(name);
});
//# sourceMappingURL=app.js.map