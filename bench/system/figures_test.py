import unittest

from system.figures import Row, Samples, Target, compared, interleaved


class Figures(unittest.TestCase):
    def test_a_ratio_is_taken_round_by_round(self):
        # The machine was half as fast in the second round: the ratio must not see it.
        ratio = Samples([1000, 500, 1010]).per(Samples([200, 100, 202]))
        self.assertEqual(ratio.values, [5, 5, 5])

    def test_ratios_of_runs_that_differ_in_rounds_are_refused(self):
        with self.assertRaises(ValueError):
            Samples([1, 2]).per(Samples([1]))

    def test_a_target_speaks_of_the_median(self):
        at_least_five = Target(">= 5", at_least=5)
        self.assertEqual(Row("", "", ratio=Samples([1, 5, 6]), target=at_least_five).verdict(), "met")
        self.assertEqual(Row("", "", ratio=Samples([4, 4.9, 60]), target=at_least_five).verdict(), "missed")

    def test_a_target_may_speak_of_our_own_figure(self):
        row = Row("", "ms", ours=Samples([40]), other=Samples([90]), target=Target("<= 50", at_most=50),
                  target_of="ours")
        self.assertEqual(row.verdict(), "met")

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        row = compared("", "", None, Samples([1]), target=Target(">= 5", at_least=5))
        self.assertIsNone(row.ratio)
        self.assertEqual(row.verdict(), "")

    def test_rounds_take_turns(self):
        order = []
        interleaved({"peer": "p", "ours": "o"}, 2, lambda contestant: order.append(contestant))
        self.assertEqual(order, ["p", "o", "p", "o"])


if __name__ == "__main__":
    unittest.main()
