// A job on its way into Redis: the words that lua/7_job.lua takes for each.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "jobs/job.hpp"

namespace cutroom::store_bull {

// Queue (by its name in Bull's keys), vendor, data, opts, Bull's priority, rank, cost, project, delay:
// appended to `words`.
void append_job(std::vector<std::string>& words, const jobs::NewJob&, std::string queue_name, TimePoint now);

// Bull serves 1 first and has no more than one "none", which is 0. Ours are -1000..1000, higher first; below
// 0 Bull can't say it.
int bull_priority(int priority);

// The shortest text that is read back as the same number.
std::string exact(double);

// As JSON text of opts, read by Bull and by opts_from().
std::string opts_json(const jobs::NewJob&, TimePoint now);

}  // namespace cutroom::store_bull
