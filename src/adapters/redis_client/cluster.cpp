#include "adapters/redis_client/cluster.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/log.hpp"

namespace cutroom::redis_client {

using boost::asio::awaitable;
using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using Steady = std::chrono::steady_clock;

namespace {

// However many calls find that slots have moved, the nodes are not asked more often.
constexpr Millis kBetweenRefreshes{50};

}  // namespace

Cluster::Cluster(boost::asio::any_io_executor executor, const Options& options, std::shared_ptr<TlsSetup> tls,
                 std::vector<Words> greeting, Hooks hooks)
    : executor_(executor),
      options_(options),
      tls_(std::move(tls)),
      greeting_(std::move(greeting)),
      hooks_(std::move(hooks)),
      asker_(executor, options, tls_, greeting_),
      wake_(executor),
      changed_(executor, Steady::time_point::max()) {}

void Cluster::start() {
  boost::asio::co_spawn(
      executor_, [self = shared_from_this()] { return self->tend(); }, boost::asio::detached);
}

void Cluster::stop() {
  if (std::exchange(stopped_, true)) return;
  asker_.stop();
  wake_.cancel();
  changed_.cancel();
  for (auto& [endpoint, node] : nodes_) node.connection->stop();
}

// Asks who serves what: at the beginning, when somebody finds that it has changed, and again and again while
// a part of the cluster is out of reach.
awaitable<void> Cluster::tend() {
  const auto self = shared_from_this();
  Backoff backoff(options_.backoff_first, options_.backoff_max);
  boost::system::error_code ignored;
  while (!stopped_) {
    wanted_ = false;
    co_await refresh();
    wake_.expires_after(kBetweenRefreshes);
    while (!stopped_ && wake_.expiry() > Steady::now())
      co_await wake_.async_wait(redirect_error(use_awaitable, ignored));
    if (stopped_) break;
    if (is_whole()) {
      backoff.reset();
      wake_.expires_at(Steady::time_point::max());
    } else {
      wake_.expires_after(backoff.next());
    }
    if (!wanted_) co_await wake_.async_wait(redirect_error(use_awaitable, ignored));
  }
}

void Cluster::want_refresh() {
  wanted_ = true;
  wake_.cancel();
}

awaitable<void> Cluster::refresh() {
  const std::vector<Endpoint> all = whom_to_ask();
  for (const Endpoint& endpoint : all) {
    const bool learned = co_await learn_from(endpoint);
    if (learned || stopped_) co_return;
  }
}

awaitable<bool> Cluster::learn_from(Endpoint endpoint) {
  Words question{"CLUSTER", "SLOTS"};
  const auto answer = co_await asker_.ask(endpoint, std::move(question));
  if (stopped_) co_return false;
  if (!answer) {
    log::debug("redis: {} can't say who serves what: {}", text_of(endpoint), answer.error().detail);
    co_return false;
  }
  const auto ranges = slot_ranges_of(*answer, endpoint);
  if (ranges.empty()) co_return false;
  adopt(ranges);
  co_return true;
}

// Those with a connection first, for they are known to answer; in any order, so that a fleet does not ask one
// node.
std::vector<Endpoint> Cluster::whom_to_ask() {
  std::vector<Endpoint> all;
  for (const auto& [endpoint, node] : nodes_) all.push_back(endpoint);
  for (const Endpoint& seed : options_.endpoints)
    if (!nodes_.contains(seed)) all.push_back(seed);
  std::shuffle(all.begin(), all.end(), random_);
  std::stable_partition(all.begin(), all.end(), [&](const Endpoint& endpoint) {
    const auto found = nodes_.find(endpoint);
    return found != nodes_.end() && found->second.connection->link() != nullptr;
  });
  return all;
}

void Cluster::adopt(const std::vector<SlotRange>& ranges) {
  slots_.fill(nullptr);
  for (const SlotRange& range : ranges) {
    node_at(range.master);
    const Endpoint& place = nodes_.find(range.master)->first;
    std::fill(slots_.begin() + range.first, slots_.begin() + range.last + 1, &place);
  }
  for (auto node = nodes_.begin(); node != nodes_.end();) {
    const bool serves = std::find(slots_.begin(), slots_.end(), &node->first) != slots_.end();
    const Link* link = node->second.connection->link();
    // What is under way there is answered yet; the next time it goes.
    if (serves || (link != nullptr && !link->is_idle())) {
      ++node;
      continue;
    }
    const Endpoint left = node->first;
    node->second.connection->stop();
    node = nodes_.erase(node);
    hooks_.leave(left);
  }
  notify();
}

Cluster::Node& Cluster::node_at(const Endpoint& endpoint) {
  Node& node = nodes_[endpoint];
  if (node.connection) return node;
  const auto on_change = [weak = weak_from_this(), endpoint](bool up) {
    const auto self = weak.lock();
    if (!self || self->stopped_) return;
    const auto found = self->nodes_.find(endpoint);
    if (found == self->nodes_.end()) return;
    found->second.tried = true;
    if (!up) self->want_refresh();
    self->notify();
  };
  Connection::Hooks hooks{.purpose = "commands",
                          .locate = [endpoint]() -> awaitable<Result<Endpoint>> { co_return endpoint; },
                          .check = {},
                          .up = [on_change] { on_change(true); },
                          .down =
                              [on_change, weak = weak_from_this(), endpoint] {
                                on_change(false);
                                if (const auto self = weak.lock(); self && !self->stopped_)
                                  self->hooks_.leave(endpoint);
                              },
                          .missed = [on_change] { on_change(false); },
                          .push = {}};
  node.connection = std::make_shared<Connection>(executor_, options_, tls_, greeting_, std::move(hooks));
  node.connection->start();
  return node;
}

void Cluster::notify() {
  changed_.cancel();
  hooks_.changed();
}

bool Cluster::has_link() const {
  return std::any_of(nodes_.begin(), nodes_.end(),
                     [](const auto& entry) { return entry.second.connection->link() != nullptr; });
}

bool Cluster::is_whole() const {
  const Endpoint* good = nullptr;  // Neighbours mostly have the same master.
  return std::all_of(slots_.begin(), slots_.end(), [&](const Endpoint* place) {
    if (place == nullptr) return false;
    if (place == good) return true;
    if (nodes_.find(*place)->second.connection->link() == nullptr) return false;
    good = place;
    return true;
  });
}

Endpoint Cluster::any_node() { return whom_to_ask().front(); }

}  // namespace cutroom::redis_client
