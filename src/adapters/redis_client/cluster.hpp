// A cluster's masters, one connection each, and who of them serves which slot.
//
// Belongs to one executor.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapters/redis_client/asker.hpp"
#include "adapters/redis_client/connection.hpp"
#include "adapters/redis_client/key_slot.hpp"
#include "adapters/redis_client/options.hpp"
#include "adapters/redis_client/topology.hpp"

namespace cutroom::redis_client {

class Cluster : public std::enable_shared_from_this<Cluster> {
 public:
  struct Hooks {
    std::function<void()> changed;               // has_link() or is_whole() may have.
    std::function<void(const Endpoint&)> leave;  // This node broke off, or is no master any more.
  };

  Cluster(boost::asio::any_io_executor, const Options&, std::shared_ptr<TlsSetup>,
          std::vector<Words> greeting, Hooks);

  void start();
  void stop();

  // Sends to whom the first command's slot belongs, and what belongs elsewhere on to there.
  boost::asio::awaitable<void> exchange(std::span<const Words> commands, std::span<Result<Reply>> answers);

  // A node that can be connected to, for channels: every node has all messages.
  Endpoint any_node();

  // Is there a connection at all; does every slot have one?
  bool has_link() const;
  bool is_whole() const;

 private:
  struct Node {
    std::shared_ptr<Connection> connection;
    bool tried = false;  // Before that, waiting for it makes sense.
  };
  // Where a call goes: to a slot's master, to a named node, or to anybody.
  struct Target {
    std::optional<std::uint16_t> slot;
    std::optional<Endpoint> node{};
  };

  boost::asio::awaitable<void> tend();
  boost::asio::awaitable<void> refresh();
  boost::asio::awaitable<bool> learn_from(Endpoint);
  void want_refresh();
  void adopt(const std::vector<SlotRange>&);
  Node& node_at(const Endpoint&);

  boost::asio::awaitable<void> send(Target, std::span<const Words> commands,
                                    std::span<Result<Reply>> answers);
  boost::asio::awaitable<void> send_again(Redirection, std::span<const Words> commands,
                                          std::span<Result<Reply>> answers);
  Target follow(Redirection&, std::span<const Words> commands);
  const Endpoint* place_of(const Target&);
  std::vector<Endpoint> whom_to_ask();
  void notify();

  boost::asio::any_io_executor executor_;
  Options options_;
  std::shared_ptr<TlsSetup> tls_;
  std::vector<Words> greeting_;
  Hooks hooks_;
  Asker asker_;
  std::map<Endpoint, Node> nodes_;
  std::array<const Endpoint*, kSlots> slots_{};  // Keys of nodes_; null: nobody serves it.
  boost::asio::steady_timer wake_;               // Of tend().
  boost::asio::steady_timer changed_;            // Cancelled to wake all who wait for a change.
  std::minstd_rand random_{std::random_device{}()};
  bool wanted_ = false;
  bool stopped_ = false;
};

}  // namespace cutroom::redis_client
