#include "adapters/http/job_page.hpp"

#include <utility>

#include "adapters/http/json_text.hpp"
#include "adapters/http/routes.hpp"

namespace cutroom::http {
namespace {

constexpr std::int64_t kPageJobs = 50;
constexpr std::int64_t kPageJobsMax = 500;

}  // namespace

PageWish page_wish_of(Query& query) {
  const auto limit = query.whole_number("limit", 1, kPageJobsMax).value_or(kPageJobs);
  return {.cursor = query.id("cursor"), .limit = static_cast<std::size_t>(limit)};
}

boost::asio::awaitable<Response> job_page(const Api& api, const Request& request, jobs::JobFilter filter,
                                          PageWish wish, std::string_view name,
                                          std::function<std::string(const jobs::Job&)> entry) {
  const auto page = co_await api.use.status.list(std::move(filter), std::move(wish.cursor), wish.limit);
  if (!page) co_return error_response(page.error(), describe(request));
  std::string list = "[";
  for (const jobs::Job& job : page->jobs) {
    const std::string json = entry(job);
    if (json.empty()) continue;
    if (list.size() > 1) list += ',';
    list += json;
  }
  JsonText out;
  out.raw(name, list + "]");
  if (page->older_than)
    out.text("nextCursor", *page->older_than);
  else
    out.raw("nextCursor", {});
  co_return json_response(200, std::move(out).str());
}

}  // namespace cutroom::http
