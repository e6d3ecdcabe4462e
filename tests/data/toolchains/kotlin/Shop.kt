package shop

data class Line(val name: String, val price: String, val count: Int)

class Money(val cents: Int) {
    init {
        if (cents > 100_000) refuse("$cents is too much") //= new Money
    }

    val label: String
        get() {
            if (cents < 0) refuse("a price below nothing") //= get Money.label
            return "${cents / 100.0} €"
        }

    operator fun plus(other: Money): Money {
        return Money(cents + other.cents) //= Money.plus
    }

    companion object {
        fun parse(text: String): Money {
            return Money((text.toDouble() * 100).toInt()) //= Money.parse
        }
    }
}

fun refuse(why: String): Nothing {
    throw IllegalStateException(why) //= refuse
}

interface Listener<in T : Any> {
    fun added(line: T)
}

abstract class Basket {
    abstract fun total(): Money
    open fun <T : Comparable<T>> first(lines: List<T>): T? = lines.minOrNull()
}

class Cart(private val limit: Int = 99) : Basket() {
    private val lines = mutableListOf<Line>()
    private var listener: Listener<Line>? = null

    fun onAdd(listener: Listener<Line>): Cart {
        this.listener = listener
        return this
    }

    fun add(line: Line) {
        lines.add(line)
        listener?.added(line) //= Cart.add
    }

    override fun total(): Money {
        return lines.fold(Money(0)) { sum, line ->
            addLine(sum, line) //= Cart.total
        }
    }

    private fun addLine(sum: Money, line: Line): Money {
        if (line.count > limit) refuse("${line.count} ${line.name} are too many") //= Cart.addLine
        var total = sum
        for (i in 0 until line.count) {
            total = total + Money.parse(line.price) //= Cart.addLine
        }
        return total
    }
}

object Handlers {
    fun buy(line: Line): Money {
        val cart = Cart()
        cart.add(line)
        return cart.total() //= Handlers.buy
    }

    fun String.priced(count: Int): Line = Line("beans", this, count)

    fun listening() {
        val cart = Cart().onAdd(object : Listener<Line> {
            override fun added(line: Line) {
                if (line.count > 1) refuse(line.name) //= added
            }
        })
        cart.add(Line("beans", "1", 2)) //= Handlers.listening
    }
}

fun checkout(count: Int): String {
    return Handlers.buy(Line("beans", "7.90", count)).label //= checkout
}

fun run(name: String) {
    when (name) {
        "tooMany" -> checkout(100) //= run
        "noPrice" -> checkout(98) + Handlers.buy(Line("gold", "9999", 1)) //= run
        "belowNothing" -> Handlers.buy(Line("beans", "-1", 2)).label //= run
        "listening" -> Handlers.listening() //= run
    }
}

@JsName("process")
external val process: dynamic

fun main() {
    run(process.argv[2] as String) //= main
}
