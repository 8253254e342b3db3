#include "adapters/store_bull/queues_to_check.hpp"

#include <set>
#include <string_view>

#include "adapters/store_bull/homes.hpp"
#include "adapters/store_bull/key_scan.hpp"

namespace cutroom::store_bull {

using boost::asio::awaitable;
using redis_client::Redis;
using redis_client::Reply;

awaitable<Result<std::vector<std::string>>> queues_to_check(std::shared_ptr<Redis> redis,
                                                            BullOptions options) {
  Homes homes(redis, options);
  auto known = co_await homes.all();
  if (!known) co_return known.error();
  // Spread over nodes, those that nobody has opened would have to be looked for at every one of them.
  if (options.spread) co_return known;
  std::set<std::string> names(known->begin(), known->end());
  const std::string start = options.prefix + ":";
  constexpr std::string_view kEnd = ":id";
  std::string cursor = "0";
  do {
    const auto answer = co_await scan(*redis, start, cursor, literal(start) + "*:id");
    if (!answer) co_return answer.error();
    cursor = answer->array().at(0).text();
    for (const Reply& key : answer->array().at(1).array()) {
      const std::string& text = key.text();
      if (text.size() > start.size() + kEnd.size())
        names.insert(text.substr(start.size(), text.size() - start.size() - kEnd.size()));
    }
  } while (cursor != "0");
  co_return std::vector<std::string>(names.begin(), names.end());
}

}  // namespace cutroom::store_bull
