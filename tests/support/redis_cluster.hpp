// A real Redis Cluster on loopback: three masters, with a replica each or none.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "support/redis_server.hpp"

namespace cutroom::test {

class RedisCluster {
 public:
  static constexpr std::size_t kMasters = 3;
  static constexpr std::size_t kNodes = 2 * kMasters;

  // Returns when every node serves and every replica follows.
  RedisCluster() : RedisCluster(RedisServer::Options{}) {}
  enum class Replicas : std::uint8_t { none, one_each };
  // With what each node has besides.
  explicit RedisCluster(RedisServer::Options, Replicas = Replicas::one_each);

  // 0, 1, 2 are masters at first, with a third of the slots each; 3, 4, 5 are their replicas in this order,
  // where there are any.
  RedisServer& node(std::size_t i) { return *nodes_.at(i); }
  const RedisServer& node(std::size_t i) const { return *nodes_.at(i); }
  static std::size_t first_slot_of(std::size_t master) { return master * 16'384 / kMasters; }

  // redis+cluster:// or, where the nodes speak TLS, rediss+cluster://, with the nodes from `first` on.
  std::string url(std::size_t first = 0) const;
  std::string id_of(std::size_t i) const { return node(i).command({"CLUSTER", "MYID"}); }

  // The slot's keys now move from one to the other, one by one: ASK.
  void begin_move(std::size_t slot, std::size_t from, std::size_t to) const;
  void move_key(const std::string& key, std::size_t from, std::size_t to) const;
  // All keys have moved: MOVED.
  void end_move(std::size_t slot, std::size_t to) const;

 private:
  void wait_for_all_to(const char* what, const std::function<bool(const RedisServer&)>& so) const;

  std::vector<std::unique_ptr<RedisServer>> nodes_;
};

}  // namespace cutroom::test
