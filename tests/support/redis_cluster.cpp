#include "support/redis_cluster.hpp"

#include <chrono>
#include <stdexcept>

#include "support/wait_until.hpp"

namespace cutroom::test {
namespace {

constexpr std::chrono::seconds kFormMax{60};

auto knows(std::size_t nodes) {
  return [line = "cluster_known_nodes:" + std::to_string(nodes) + "\r"](const RedisServer& node) {
    return node.command({"CLUSTER", "INFO"}).find(line) != std::string::npos;
  };
}

bool serves(const RedisServer& node) {
  return node.command({"CLUSTER", "INFO"}).starts_with("cluster_state:ok");
}

bool follows(const RedisServer& node) {
  const std::string info = node.command({"INFO", "replication"});
  return info.find("role:master") != std::string::npos ||
         info.find("master_link_status:up") != std::string::npos;
}

}  // namespace

RedisCluster::RedisCluster(RedisServer::Options options, Replicas replicas)
    : nodes_(replicas == Replicas::none ? kMasters : kNodes) {
  options.cluster = true;
  if (!options.tls_certificate.empty())
    options.more.insert(options.more.end(), {"tls-cluster yes", "tls-replication yes"});
  for (auto& one : nodes_) one = std::make_unique<RedisServer>(options);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    // Different ones from the start, else the nodes first have to agree.
    node(i).command({"CLUSTER", "SET-CONFIG-EPOCH", std::to_string(i + 1)});
    if (i < kMasters)
      node(i).command({"CLUSTER", "ADDSLOTSRANGE", std::to_string(first_slot_of(i)),
                       std::to_string(first_slot_of(i + 1) - 1)});
    if (i > 0)
      node(i).command({"CLUSTER", "MEET", node(0).host(), std::to_string(node(0).port()),
                       std::to_string(node(0).bus_port())});
  }
  wait_for_all_to("know each other", knows(nodes_.size()));
  for (std::size_t i = kMasters; i < nodes_.size(); ++i)
    node(i).command({"CLUSTER", "REPLICATE", id_of(i - kMasters)});
  wait_for_all_to("follow their masters", follows);
  wait_for_all_to("serve", serves);
}

std::string RedisCluster::url(std::size_t first) const {
  std::string all;
  for (std::size_t i = first; i < nodes_.size(); ++i)
    all += (all.empty() ? "" : ",") + node(i).host() + ":" + std::to_string(node(i).port());
  return (node(0).url().starts_with("rediss") ? "rediss+cluster://" : "redis+cluster://") + all;
}

void RedisCluster::begin_move(std::size_t slot, std::size_t from, std::size_t to) const {
  node(to).command({"CLUSTER", "SETSLOT", std::to_string(slot), "IMPORTING", id_of(from)});
  node(from).command({"CLUSTER", "SETSLOT", std::to_string(slot), "MIGRATING", id_of(to)});
}

void RedisCluster::move_key(const std::string& key, std::size_t from, std::size_t to) const {
  const std::string answer =
      node(from).command({"MIGRATE", node(to).host(), std::to_string(node(to).port()), key, "0", "5000"});
  if (answer.starts_with("-")) throw std::runtime_error("can't move " + key + ": " + answer);
}

void RedisCluster::end_move(std::size_t slot, std::size_t to) const {
  const std::string id = id_of(to);
  node(to).command({"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", id});
  for (std::size_t i = 0; i < kMasters; ++i)
    node(i).command({"CLUSTER", "SETSLOT", std::to_string(slot), "NODE", id});
}

void RedisCluster::wait_for_all_to(const char* what,
                                   const std::function<bool(const RedisServer&)>& so) const {
  // The nodes settle it among themselves and tell nobody.
  for (const auto& one : nodes_) {
    if (!wait_until([&] { return so(*one); }, kFormMax))
      throw std::runtime_error(std::string("the cluster's nodes do not ") + what + ": " +
                               one->command({"CLUSTER", "INFO"}));
  }
}

}  // namespace cutroom::test
