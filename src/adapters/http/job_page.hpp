// One page of jobs, newest first, and where to go on: shared by all lists of jobs.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "adapters/http/query.hpp"
#include "adapters/http/request.hpp"
#include "adapters/http/response.hpp"
#include "adapters/http/services.hpp"
#include "jobs/job_store.hpp"

namespace cutroom::http {

struct PageWish {
  std::optional<jobs::JobId> cursor;
  std::size_t limit = 0;
};
// ?limit= and ?cursor=; what is wrong with them is the query's error.
PageWish page_wish_of(Query&);

// {NAME: [...], nextCursor}. `entry`: a job's JSON; empty: it is left out.
boost::asio::awaitable<Response> job_page(const Api&, const Request&, jobs::JobFilter, PageWish,
                                          std::string_view name,
                                          std::function<std::string(const jobs::Job&)> entry);

}  // namespace cutroom::http
