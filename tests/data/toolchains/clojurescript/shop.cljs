(ns shop
  (:require [clojure.string :as string]))

(defprotocol Priced
  (price [this] "The price; \"of what\" is for others to say ]"))

(defn refuse
  "Throws ) always."
  [why]
  (throw (js/RangeError. why))) ;;= refuse

(defrecord Line [text amount]
  Priced
  (price [this]
    (let [cents (js/parseFloat text)]
      (when (js/isNaN cents) (refuse (str text " isn't a price"))) ;;= Line.price
      (* cents amount))))

(defn- ^number add-line
  [sum line]
  (when (> (:amount line) 99) (refuse "too many")) ;;= add-line
  (let [added (price line)] ;;= add-line
    (+ sum added)))

(defn total
  ([lines] (let [sum (total lines 0)] (str sum \) "€"))) ;;= total
  ([lines first]
   (let [fold (fn [sum line]
                (let [next (add-line sum line)] ;;= -
                  next))]
     (reduce fold first lines)))) ;;= total

(def checkout
  (fn [amount]
    (let [sum (total [(->Line "7.9" amount)])] ;;= checkout
      (string/trim sum))))

(defmulti run (fn [scenario] scenario))

(defmethod run "tooMany" [_]
  (let [text (checkout 100)]
    text))

(defmethod run "noPrice" [_]
  (letfn [(labelled [line]
            (str "<" (total [line]) ">"))] ;;= labelled
    (let [text (labelled (->Line "free" 1))]
      text)))

(defn ^:export main [scenario]
  (let [text (run scenario)] ;;= main
    (js/console.log text)))

(set! *main-cli-fn* main)
