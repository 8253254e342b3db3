// Cron expressions as Bull's producers write them for repeatable jobs: what npm's cron-parser makes of them.
#pragma once

#include <bitset>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"

namespace cutroom::store_bull {

// Five fields, or six with seconds before them; lists, ranges, steps, names, L, n#k, nL, @daily and its kind.
// As there, a field that is left out counts as 0 for seconds and * for others.
class Cron {
 public:
  // Nothing where it can't be read.
  static std::optional<Cron> parse(std::string_view expression);

  // The first time after `after`. In `zone`, a name of the tz database; empty: the machine's own. Nothing
  // where none comes within years, or the zone is unknown. An hour that a change of clocks leaves out is made
  // up for right after it; one that comes twice counts once, unless every hour is meant.
  std::optional<TimePoint> next(TimePoint after, const std::string& zone) const;

 private:
  struct Search;
  bool is_day(int year, int month, int day) const;

  std::bitset<60> seconds_, minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;
  std::bitset<13> months_;
  std::bitset<7> weekdays_;
  std::bitset<7> last_weekdays_;  // The last such day of the month.
  bool last_day_ = false;         // Of the month.
  int nth_weekday_ = 0;           // 0: each one.
};

}  // namespace cutroom::store_bull
