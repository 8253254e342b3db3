// A job in the words of the API.
#pragma once

#include <string>

#include "jobs/job.hpp"

namespace cutroom::http {

std::string to_json(const jobs::Job&);

// Nothing will happen to it by itself any more.
bool has_ended(const jobs::Job&);

}  // namespace cutroom::http
